import { ParseError, parseTOML, type AST } from 'toml-eslint-parser';

/** A place in a text. Both count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** TOML with the place of everything in it. A date is a string, as it was written. */
export type TomlNode = TomlTable | TomlArray | TomlScalar;

export interface TomlTable {
  readonly kind: 'table';
  readonly at: Place;
  /** With the place of each key. */
  readonly entries: Map<string, { readonly at: Place; readonly node: TomlNode }>;
}

export interface TomlArray {
  readonly kind: 'array';
  readonly at: Place;
  readonly items: TomlNode[];
}

export interface TomlScalar {
  readonly kind: 'scalar';
  readonly at: Place;
  readonly value: string | number | boolean;
}

/** What is wrong with a text, and where. */
export interface TextProblem extends Place {
  readonly message: string;
}

/** More names in one key, or tables in tables, than any schema has. */
const MAX_DEPTH = 50;

/** Reads TOML. */
export function readToml(text: string): TomlTable | TextProblem {
  try {
    return makeTree(parseTOML(text, { tomlVersion: '1.0' }));
  } catch (error) {
    if (error instanceof ParseError)
      return { line: error.lineNumber, column: error.column + 1, message: `not TOML: ${withoutStop(error.message)}` };
    // The parser calls itself for every bracket.
    if (error instanceof RangeError)
      return { line: 1, column: 1, message: 'not TOML that anybody wrote: tables or lists in each other without end' };
    throw error;
  }
}

function makeTree({ body: [top] }: AST.TOMLProgram): TomlTable {
  const root: TomlTable = { kind: 'table', at: { line: 1, column: 1 }, entries: new Map() };
  for (const item of top.body) {
    const isPair = item.type === 'TOMLKeyValue';
    const table = isPair ? root : tableOf(root, item);
    for (const pair of isPair ? [item] : item.body) addKeyValue(table, pair);
  }
  return root;
}

const withoutStop = (text: string): string => text.replace(/\.$/, '');

const placeOf = ({ loc: { start } }: AST.HasLocs): Place => ({ line: start.line, column: start.column + 1 });

const keyText = (key: AST.TOMLBare | AST.TOMLQuoted): string => (key.type === 'TOMLBare' ? key.name : key.value);

/** The table of a header, `[a.b]` or `[[a.b]]`, made when it is not there yet. */
function tableOf(root: TomlTable, { key, resolvedKey }: AST.TOMLTable): TomlTable {
  if (resolvedKey.length > MAX_DEPTH) throw new RangeError();
  let table = root;
  let part = -1;
  for (const [n, step] of resolvedKey.entries()) {
    if (typeof step === 'number') continue;
    part += 1;
    const at = placeOf(key.keys[part]!);
    const index = resolvedKey[n + 1];
    if (typeof index !== 'number') table = inner(table, step, at);
    else {
      const list = table.entries.get(step)?.node ?? { kind: 'array' as const, at, items: [] };
      table.entries.set(step, { at: table.entries.get(step)?.at ?? at, node: list });
      if (list.kind !== 'array') throw new Error('a table and an array of one name');
      const next = (list.items[index] ??= { kind: 'table', at, entries: new Map() });
      if (next.kind !== 'table') throw new Error('a table and a value of one name');
      table = next;
    }
  }
  return table;
}

function inner(table: TomlTable, name: string, at: Place): TomlTable {
  const known = table.entries.get(name)?.node;
  if (known?.kind === 'table') return known;
  // The parser has refused any other.
  const made: TomlTable = { kind: 'table', at, entries: new Map() };
  table.entries.set(name, { at, node: made });
  return made;
}

function addKeyValue(table: TomlTable, { key, value }: AST.TOMLKeyValue): void {
  const names = key.keys;
  if (names.length > MAX_DEPTH) throw new RangeError();
  const into = names.slice(0, -1).reduce((at, name) => inner(at, keyText(name), placeOf(name)), table);
  const last = names[names.length - 1]!;
  into.entries.set(keyText(last), { at: placeOf(last), node: contentNode(value) });
}

function contentNode(content: AST.TOMLContentNode): TomlNode {
  const at = placeOf(content);
  if (content.type === 'TOMLArray') return { kind: 'array', at, items: content.elements.map(contentNode) };
  if (content.type === 'TOMLInlineTable') {
    const table: TomlTable = { kind: 'table', at, entries: new Map() };
    for (const pair of content.body) addKeyValue(table, pair);
    return table;
  }
  return { kind: 'scalar', at, value: 'datetime' in content ? content.datetime : content.value };
}

/** The value without places, for a schema. */
export function plainValue(node: TomlNode): unknown {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'array') return node.items.map(plainValue);
  // Without a prototype: a key may be called __proto__.
  const plain = Object.create(null) as Record<string, unknown>;
  for (const [name, { node: value }] of node.entries) plain[name] = plainValue(value);
  return plain;
}
