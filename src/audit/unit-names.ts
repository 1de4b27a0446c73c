import { parseName, type ParsedName } from '../formats/mboxlist/names.js';
import type { Mbentry } from '../model/mailbox.js';
import type { SpoolLayout } from '../sources/spool/paths.js';

/** What the names of a unit's mailboxes say, each taken apart once. */
export class UnitNames {
  private readonly parsed = new Map<string, ParsedName>();

  constructor(private readonly layout: Pick<SpoolLayout, 'deletedPrefix' | 'defaultdomain'>) {}

  /** A delayed-delete copy. */
  isDeleted(entry: Mbentry): boolean {
    return this.parse(entry).isDeleted;
  }

  /** undefined = a shared mailbox. */
  ownerOf(entry: Mbentry): string | undefined {
    return this.parse(entry).owner;
  }

  private parse({ mboxname }: Mbentry): ParsedName {
    let name = this.parsed.get(mboxname);
    if (name === undefined) {
      const { deletedPrefix, defaultdomain } = this.layout;
      name = parseName(mboxname, { deletedPrefix, defaultdomain });
      this.parsed.set(mboxname, name);
    }
    return name;
  }
}
