/** Milliseconds since 1970. Rules that depend on time take it as a part, so that tests can turn it. */
export type Clock = () => number
