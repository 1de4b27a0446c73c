import { readFileSync } from 'node:fs';
import { XmlDocument, XmlElement, XsdValidator } from 'libxml2-wasm';

const file = new URL('../../fixtures/schemas/jenkins-junit.xsd', import.meta.url);
const validator = XsdValidator.fromDoc(XmlDocument.fromBuffer(readFileSync(file)));

/** What is wrong with a JUnit report; undefined = it is well-formed and fits the schema. */
export function junitProblem(xml: string): string | undefined {
  try {
    using document = XmlDocument.fromString(xml);
    validator.validate(document);
    return undefined;
  } catch (error) {
    return String(error);
  }
}

/** The values of an attribute (or, without one, the texts) of all elements that an XPath names. */
export function junitValues(xml: string, path: string, attribute?: string): string[] {
  using document = XmlDocument.fromString(xml);
  return document.find(path).map((node) => {
    if (attribute === undefined) return node.content;
    return (node instanceof XmlElement ? node.attr(attribute)?.value : undefined) ?? '(none)';
  });
}
