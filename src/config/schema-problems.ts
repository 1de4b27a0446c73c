import type { ErrorObject } from 'ajv';
import { nearest } from './nearest.js';
import type { TextProblem, TomlNode } from './toml-tree.js';

/** What a schema does not allow, with the node it is about. */
export interface SchemaProblem extends TextProblem {
  readonly node: TomlNode;
  /** True when the value is of the right type and only its content is refused. */
  readonly isOfContent: boolean;
}

/** Keywords that look into a value of the right type. */
const CONTENT: ReadonlySet<string> = new Set(['pattern', 'minimum', 'maximum', 'minLength']);

/**
 * The errors of ajv, made with `verbose` and `allErrors`, for whoever looks at the text.
 * @param elsewhere what to do with a key that is known, and stands in the wrong table
 */
export function schemaProblems(
  root: TomlNode,
  errors: readonly ErrorObject[],
  elsewhere: (key: string, table: string | undefined) => string | undefined,
): SchemaProblem[] {
  return errors.flatMap((error): SchemaProblem[] => {
    const path = error.instancePath.split('/').slice(1).map(unescapePointer);
    const node = nodeAt(root, path);
    const name = path.findLast((step) => !/^\d+$/.test(step)) ?? '';
    const problem = (at: { line: number; column: number }, message: string): SchemaProblem[] => [
      { line: at.line, column: at.column, message, node, isOfContent: CONTENT.has(error.keyword) },
    ];
    const params = error.params as Readonly<Record<string, string>>;
    switch (error.keyword) {
      case 'additionalProperties': {
        const key = params['additionalProperty']!;
        const { properties = {} } = error.parentSchema as { properties?: object };
        return problem(keyPlace(node, key), unknownKey(key, path, Object.keys(properties), elsewhere(key, path[0])));
      }
      case 'propertyNames': {
        const key = params['propertyName']!;
        return problem(
          keyPlace(node, key),
          `${words([...path, key])}: expected a name of letters, digits, - and _, which no path is taken for`,
        );
      }
      case 'required':
        return problem(node.at, `${words(path)}: ${params['missingProperty']!} is missing`);
      case 'type':
        return problem(
          node.at,
          `${name}: expected ${TYPE_WORDS[params['type']!] ?? params['type']!}, found ${shown(node)}`,
        );
      case 'enum': {
        const { allowedValues } = error.params as { allowedValues: readonly string[] };
        return problem(
          node.at,
          `${name}: expected ${oneOf(allowedValues.map((value) => JSON.stringify(value)))}, found ${shown(node)}`,
        );
      }
      default:
        // That of propertyNames says it.
        return error.propertyName === undefined
          ? problem(node.at, `${name}: ${error.message ?? error.keyword}, found ${shown(node)}`)
          : [];
    }
  });
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'text in quotes',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list in brackets',
  object: 'a table',
};

const unescapePointer = (step: string): string => step.replaceAll('~1', '/').replaceAll('~0', '~');

function nodeAt(root: TomlNode, path: readonly string[]): TomlNode {
  let node = root;
  for (const step of path) {
    const next =
      node.kind === 'table'
        ? node.entries.get(step)?.node
        : node.kind === 'array'
          ? node.items[Number(step)]
          : undefined;
    if (next === undefined) break;
    node = next;
  }
  return node;
}

const keyPlace = (node: TomlNode, key: string): { line: number; column: number } =>
  (node.kind === 'table' ? node.entries.get(key)?.at : undefined) ?? node.at;

/** `[side.main]`. */
const words = (path: readonly string[]): string => `[${path.join('.')}]`;

const oneOf = (all: readonly string[]): string => all.join(', ').replace(/, (?=[^,]*$)/, ' or ');

function unknownKey(
  key: string,
  path: readonly string[],
  known: readonly string[],
  instead: string | undefined,
): string {
  const where = path.length === 0 ? 'at the top' : `in ${words(path)}`;
  const near = nearest(key, known);
  if (near !== undefined) return `${key}: no such key ${where}; did you mean ${near}?`;
  if (instead !== undefined) return `${key}: no such key ${where}; ${instead}`;
  return `${key}: no such key ${where}; expected ${oneOf(known)}`;
}

/** What a message shows of a long text. */
const MAX_SHOWN = 60;

/** A value as the file has it. */
export function shown(node: TomlNode): string {
  if (node.kind === 'table') return 'a table';
  if (node.kind === 'array') return 'a list';
  const text = JSON.stringify(node.value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}...` : text;
}
