/** What of a tap test is needed to clean up after it. */
export interface Teardown { teardown (handler: () => unknown): unknown }
