import type { ManifestMessage } from '../../../src/generated/manifest.js';

/** A message as salvage writes it into a manifest, to be changed by tests. */
export const MANIFEST_MESSAGE: ManifestMessage = {
  userid: 'ada',
  mboxname: 'user.ada',
  uid: 1,
  guid: 'a'.repeat(40),
  verified: true,
  size: 1,
  internaldate: '2026-01-01T00:00:00Z',
  internaldateEpoch: 1767225600,
  flags: { system: [], user: [] },
  annotations: [],
  source: '/nowhere/1.',
  target: { mboxname: 'user.ada', exists: true },
  verdict: 'never-seen',
  why: '',
  recover: true,
};
