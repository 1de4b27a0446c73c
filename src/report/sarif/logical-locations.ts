import type { LogicalLocation } from 'sarif';
import { printable } from '../printable.js';

interface Named {
  readonly kind: 'user' | 'mailbox' | 'message';
  readonly name: string;
  /** Also tells those of one kind apart. */
  readonly fullName: string;
  readonly parent?: LogicalLocation | undefined;
}

/**
 * Users, mailboxes and messages that results name. They stand once in the run, each with its parent, and results point to
 * them by index: section 3.33 of SARIF 2.1.0 asks for that wherever places are nested.
 */
export class LogicalLocations {
  readonly all: LogicalLocation[] = [];
  private readonly indexes = new Map<string, number>();

  /** The reference to put into a result. */
  add({ kind, name, fullName, parent }: Named): LogicalLocation {
    const key = `${kind} ${fullName}`;
    let index = this.indexes.get(key);
    if (index === undefined) {
      index = this.all.length;
      this.indexes.set(key, index);
      this.all.push({
        name: printable(name),
        fullyQualifiedName: printable(fullName),
        // What scripts compare, where the name had to be made harmless.
        ...(printable(name) === name ? {} : { decoratedName: name }),
        kind,
        ...(parent?.index === undefined ? {} : { parentIndex: parent.index }),
      });
    }
    return { index, fullyQualifiedName: printable(fullName) };
  }

  ofMailbox(mboxname: string, userid: string | undefined): LogicalLocation {
    return this.add({
      kind: 'mailbox',
      name: mboxname,
      fullName: mboxname,
      parent: userid === undefined ? undefined : this.ofUser(userid),
    });
  }

  ofUser(userid: string): LogicalLocation {
    return this.add({ kind: 'user', name: userid, fullName: userid });
  }

  ofMessage(mboxname: string, uid: number, mailbox: LogicalLocation): LogicalLocation {
    return this.add({ kind: 'message', name: String(uid), fullName: `${mboxname}/${uid}`, parent: mailbox });
  }
}
