import type { Message } from 'sarif';

/**
 * Text as a plain message, in which `{0}` stands for an argument and `[text](target)` is a link: names from a spool
 * must be neither. Source: SARIF 2.1.0 sections 3.11.5 and 3.11.6.
 */
export function sarifMessage(text: string): Message & { text: string } {
  return { text: text.replace(/[{}]/g, '$&$&').replaceAll('](', ']\\x28') };
}
