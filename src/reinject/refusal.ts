/** Why one message cannot be put back, often in the server's own words. The others can. */
export class Refusal extends Error {}
