/** A list of field names, written as one text. */
export const words = (text: string): ReadonlyArray<string> => text.trim().split(/\s+/)
