/** Statements about types: these files are compiled, never run. */

/** Whether two types are the same, `any` and all. */
export type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** Says that two types are the same. */
export declare const same: <A, B>(...differ: Same<A, B> extends true ? [] : [never]) => void

/** Says that every A is a B. */
export declare const assignable: <A extends B, B>() => void

/** The keys of a union's members, each. */
export type KeysOf<A> = A extends unknown ? keyof A : never
