/** Each way in which the releases of the engine differ, shown on pairs of a few records. */
import { describe, expect, test } from 'vitest';
import type { MailboxHead, RecordPair, SideRecord } from '../../src/model/record-pair.js';
import {
  ENGINE_TRAITS,
  ENGINE_VERSIONS,
  engineOfRelease,
  hazardsBetween,
  type EngineTraits,
  type EngineVersion,
} from '../../src/replication/engine.js';
import { looksUnchanged, predictMailbox, type PairOutcome } from '../../src/replication/predict-mailbox.js';

const LOW = '1'.repeat(40);
const HIGH = 'f'.repeat(40);

const head = (over: Partial<MailboxHead> = {}): MailboxHead => ({
  lastUid: 7,
  highestmodseq: 20,
  deletedmodseq: 0,
  uidvalidity: 1,
  recentuid: 0,
  recenttime: 0,
  pop3LastLogin: 0,
  pop3ShowAfter: 0,
  options: 0,
  foldermodseq: 1,
  createdmodseq: 1,
  acl: '',
  mbtypeKind: 'e',
  annotations: new Map(),
  storedCrcs: { basic: 1, annot: 1 },
  computedCrcs: { basic: 1, annot: 1 },
  maxUid: 7,
  maxModseq: 20,
  ...over,
});

const record = (over: Partial<SideRecord> = {}): SideRecord =>
  ({
    uid: 7,
    guid: LOW,
    modseq: 10,
    createdmodseq: 0,
    lastUpdated: 100,
    internaldate: 100,
    internaldateNsec: 0,
    savedate: 0,
    size: 1,
    headerSize: 1,
    cacheOffset: 0,
    cacheVersion: 0,
    cacheCrc: 0,
    sentdate: 0,
    gmtime: 0,
    cid: '0',
    basecid: '0',
    systemFlags: 0,
    internalFlags: 0,
    expunged: false,
    unlinked: false,
    archived: false,
    userFlags: [],
    annotations: new Map(),
    crcBasic: 0,
    crcAnnot: 0,
    ...over,
  }) as SideRecord;

/** The outcome for one UID; the replica's highestmodseq is above, so that the records are compared one by one. */
function compareOne(version: EngineVersion, master: SideRecord, replica: SideRecord): PairOutcome {
  const pair: RecordPair = { uid: 7, master, replica };
  const prediction = predictMailbox(head(), head({ highestmodseq: 21 }), () => [pair], ENGINE_TRAITS[version]);
  expect(prediction.stage).toBe('full');
  return [...prediction.outcomes()][0]!;
}

test.each([
  ['2.4.20', '2.4'],
  ['2.5', '2.5'],
  ['3.1.9', '3.0'],
  ['3.6.1', '3.6'],
  ['3.8.7', '3.6'],
  ['3.10.3', '3.6'],
  ['3.12', '3.12'],
  ['3.13.7', '3.12'],
  ['2.3.19', undefined],
  ['latest', undefined],
  ['3', undefined],
])('release %s replicates as %s', (release, version) => {
  expect(engineOfRelease(release)).toBe(version);
});

/** What section by section the releases do, in the order of ENGINE_VERSIONS. */
const ROWS: { readonly [T in keyof EngineTraits]: readonly EngineTraits[T][] } = {
  userWithoutInbox: ['wiped', 'skipped', 'wiped', 'skipped', 'skipped', 'skipped', 'skipped'],
  deletesMissing: [
    'always',
    'always',
    'always',
    'always',
    'tombstone-by-name',
    'tombstone-by-name',
    'tombstone-by-uniqueid',
  ],
  mailboxLine: ['deletes', 'leaves', 'leaves', 'leaves', 'leaves', 'leaves', 'deletes-tombstone'],
  unmailboxLine: [
    'unknown',
    'deletes',
    'deletes',
    'deletes',
    'deletes-tombstone',
    'deletes-tombstone',
    'deletes-tombstone',
  ],
  unusedConflict: ['refused', 'refused', 'refused', 'refused', 'refused', 'replaced', 'replaced'],
  expungeBeatsOtherMessage: [true, false, false, false, false, false, false],
  clashOrder: [
    'higher-guid-first',
    'lower-guid-first',
    'lower-guid-first',
    'lower-guid-first',
    'lower-guid-first',
    'lower-guid-first',
    'lower-guid-first',
  ],
  messageAnnotations: ['not-carried', 'replica', 'replica', 'replica', 'replica', 'winner', 'winner'],
  carriesMailboxAnnotations: [false, true, true, true, true, true, true],
  sieve: ['files-by-time', 'files', 'files', 'files', 'files', 'mailbox', 'mailbox'],
  annotationModseq: [false, false, false, true, true, true, true],
};

test.each(Object.entries(ROWS))('the table says of %s what the releases do', (trait, values) => {
  expect(ENGINE_VERSIONS.map((version) => ENGINE_TRAITS[version][trait as keyof EngineTraits])).toEqual(values);
});

test('every trait has a row above', () => {
  for (const version of ENGINE_VERSIONS)
    expect(Object.keys(ENGINE_TRAITS[version]).sort()).toEqual(Object.keys(ROWS).sort());
});

describe.each(ENGINE_VERSIONS)('%s', (version) => {
  const traits = ENGINE_TRAITS[version];

  test('an expunged record against another live message', () => {
    const onMaster = compareOne(version, record({ expunged: true }), record({ guid: HIGH }));
    const onReplica = compareOne(version, record(), record({ guid: HIGH, expunged: true }));
    if (traits.expungeBeatsOtherMessage) {
      expect([onMaster.action, onReplica.action]).toEqual(['expunge-on-replica', 'expunge-on-master']);
    } else {
      expect(onMaster).toMatchObject({ action: 'clash', replicaNewUid: 8 });
      expect(onReplica).toMatchObject({ action: 'clash', masterNewUid: 8 });
    }
  });

  test('an upload of an expunged record over another live message', () => {
    const pair: RecordPair = {
      uid: 7,
      master: record({ expunged: true, modseq: 20 }),
      replica: record({ guid: HIGH }),
    };
    const replica = head({ highestmodseq: 15 });
    const { stage } = predictMailbox(head(), replica, () => [pair], traits);
    expect(stage).toBe(traits.expungeBeatsOtherMessage ? 'push' : 'full');
  });

  test('both expunged, whatever they were', () => {
    const outcome = compareOne(version, record({ expunged: true }), record({ expunged: true, guid: HIGH }));
    expect(outcome.action).toBe('none');
  });

  test('the order of new UIDs at a clash', () => {
    const lowOnMaster = compareOne(version, record(), record({ guid: HIGH }));
    const lowOnReplica = compareOne(version, record({ guid: HIGH }), record());
    const uids = [lowOnMaster, lowOnReplica].map(({ masterNewUid, replicaNewUid }) => [masterNewUid, replicaNewUid]);
    expect(uids).toEqual(
      traits.clashOrder === 'lower-guid-first'
        ? [
            [8, 9],
            [9, 8],
          ]
        : [
            [9, 8],
            [8, 9],
          ],
    );
  });

  test('message annotations when the flags of the master win', () => {
    const annotations = new Map([['/comment ', 'new']]);
    const sameFlags = compareOne(version, record({ annotations, modseq: 12 }), record({ modseq: 12 }));
    const otherFlags = compareOne(version, record({ annotations, modseq: 12, systemFlags: 16 }), record());
    const told = [sameFlags, otherFlags].map(({ action, annotationsFrom }) => [action, annotationsFrom]);
    const expected = {
      'not-carried': [
        ['unseen', undefined],
        ['update-replica', undefined],
      ],
      replica: [
        ['update-master', undefined],
        ['update-replica', 'replica'],
      ],
      winner: [
        ['update-replica', undefined],
        ['update-replica', undefined],
      ],
    };
    expect(told).toEqual(expected[traits.messageAnnotations]);
  });

  test('mailbox annotations in the skip test', () => {
    const annotated = head({ annotations: new Map([['/comment ', 'x']]) });
    expect(looksUnchanged(annotated, head(), traits)).toBe(!traits.carriesMailboxAnnotations);
  });
});

describe('between releases', () => {
  const none = {
    copybackFails: false,
    refusesMessageAnnotations: false,
    dropsMailboxAnnotations: false,
    cannotParseBackslash: false,
  };
  test.each(ENGINE_VERSIONS)('%s to itself has no hazard', (version) => {
    expect(hazardsBetween(version, version)).toEqual(none);
  });

  test.each<[EngineVersion, EngineVersion, Partial<typeof none>]>([
    ['2.4', '2.5', { copybackFails: true, dropsMailboxAnnotations: true }],
    ['2.4', '3.6', { copybackFails: true, dropsMailboxAnnotations: true }],
    ['2.5', '3.0', { copybackFails: true }],
    ['2.5', '3.6', { copybackFails: true, refusesMessageAnnotations: true, dropsMailboxAnnotations: true }],
    ['3.0', '3.6', { copybackFails: true, refusesMessageAnnotations: true, dropsMailboxAnnotations: true }],
    ['3.6', '3.0', { cannotParseBackslash: true }],
    ['3.6', '3.12', {}],
  ])('%s to %s', (master, replica, hazards) => {
    expect(hazardsBetween(master, replica)).toEqual({ ...none, ...hazards });
  });
});
