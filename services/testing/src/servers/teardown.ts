/** The part of a tap test that cleaning up needs. */
export interface Teardown { teardown (handler: () => unknown): unknown }
