/** The version of this package, inlined so that no bundler has to find package.json. A test compares the two. @internal */
export const version = "0.1.0"
