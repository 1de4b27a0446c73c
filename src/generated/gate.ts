/* Generated from schemas/gate.schema.json by npm run generate. Do not edit. */

/**
 * failover: may the replica take over from a master that was stopped. resume: may replication be switched on again after a crash.
 */
export type GateQuestion = 'failover' | 'resume';
/**
 * Exit status 0, 1 and 2. go-except: only of resume; `held` lists who must wait, and the check `nobody-held` what else a person must look at.
 */
export type GateAnswer = 'go' | 'go-except' | 'stop';
export type GateCheckName =
  'master-stopped' | 'sync-logs' | 'databases' | 'audit' | 'same-on-both-sides' | 'nobody-held';

/**
 * The answer of `cyraudit gate`: may the roles of a pair be changed, or replication be switched on again. Nothing but startedAt and finishedAt depends on the wall clock or on the number of threads.
 */
export interface GateReport {
  schemaVersion: 1;
  tool: {
    name: 'cyraudit';
    version: string;
  };
  question: GateQuestion;
  level: 'index' | 'files' | 'content';
  /**
   * RFC 3339, UTC.
   */
  startedAt: string;
  /**
   * RFC 3339, UTC.
   */
  finishedAt: string;
  answer: GateAnswer;
  sides: readonly GateSide[];
  /**
   * Of the audit of the pair, as `cyraudit compare` gives it.
   */
  verdict: 'clean' | 'safe' | 'admin' | 'halt';
  /**
   * False when anything could not be audited.
   */
  complete: boolean;
  /**
   * In the order in which they are shown. One that is not passed decides the answer.
   */
  checks: readonly GateCheck[];
  /**
   * resume: users and shared mailboxes that must not be replicated yet, and why.
   */
  held: readonly GateHeld[];
  /**
   * What remains to be done, in this order.
   */
  steps: readonly GateStep[];
}
export interface GateSide {
  role: 'master' | 'replica';
  /**
   * The argument as given.
   */
  source: string;
  /**
   * Path of the imapd.conf that was read.
   */
  config: string;
  /**
   * Absolute paths of imapd.conf were taken below this directory.
   */
  root?: string;
}
export interface GateCheck {
  name: GateCheckName;
  passed: boolean;
  /**
   * What was seen; of a check that is not passed, why.
   */
  evidence: readonly string[];
  /**
   * Lines of evidence beyond those listed.
   */
  notListed: number;
}
export interface GateHeld {
  userid?: string;
  /**
   * Internal name of a shared mailbox.
   */
  mboxname?: string;
  /**
   * Of findings, for cyraudit explain.
   */
  codes: readonly string[];
  reasons: readonly string[];
}
export interface GateStep {
  /**
   * The machine, by its role before the change; here: where cyraudit ran.
   */
  on: 'master' | 'replica' | 'here';
  text: string;
  /**
   * For a shell.
   */
  command?: string;
}
