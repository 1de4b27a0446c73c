import { expect, test } from 'vitest';
import { adminName } from '../../src/report/admin-name.js';

test.each<[string, string | undefined, string | undefined]>([
  ['user.fred', 'user.fred', 'user/fred'],
  ['user.fred.a^b', 'user.fred.a^b', 'user/fred/a.b'],
  ['example.com!user.fred.Sent', 'user.fred.Sent@example.com', 'user/fred/Sent@example.com'],
  ['DELETED.user.fred.Old.6B00FA8B', 'DELETED.user.fred.Old.6B00FA8B', 'DELETED/user/fred/Old/6B00FA8B'],
  ['user.fred.a/b', undefined, undefined],
])('%s', (mboxname, dotted, slashed) => {
  expect(adminName(mboxname, '.')).toBe(dotted);
  expect(adminName(mboxname, '/')).toBe(slashed);
});
