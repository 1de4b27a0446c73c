import type { ReportingDescriptor } from 'sarif';
import type { FindingClass } from '../../model/effects.js';
import type { Catalogue, FindingTexts } from '../report-format.js';
import { sarifMessage } from './sarif-message.js';

/**
 * `admin` is an error as well as `halt`: both fail a CI gate, as they do by their exit status. The rank (0 to 100) tells
 * them apart for those who sort by it.
 */
export const SEVERITY: Readonly<Record<FindingClass, { readonly level: 'note' | 'error'; readonly rank: number }>> = {
  safe: { level: 'note', rank: 10 },
  admin: { level: 'error', rank: 60 },
  halt: { level: 'error', rank: 100 },
};

/** Every finding of the catalogue, by code: a result names its rule by the place in this list. */
export function sarifRules(catalogue: Catalogue): ReportingDescriptor[] {
  return [...catalogue.values()].sort((a, b) => (a.code < b.code ? -1 : 1)).map(rule);
}

function rule({
  code,
  class: findingClass,
  since,
  title,
  why,
  replication,
  remedy,
}: FindingTexts): ReportingDescriptor {
  return {
    id: code,
    name: pascalCase(code),
    shortDescription: sarifMessage(title),
    fullDescription: sarifMessage(why),
    help: sarifMessage(`What replication does: ${replication}\n\nWhat to do: ${remedy}`),
    defaultConfiguration: SEVERITY[findingClass],
    properties: { class: findingClass, since },
  };
}

const pascalCase = (code: string): string => code.replace(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase());
