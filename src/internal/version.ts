/** The version of this package, from package.json by `npm run codegen`. @internal */
export const version = "0.1.0"
