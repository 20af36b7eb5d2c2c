/** What scripts/services.sh has found, under its name: a path or an address. Where it is not here, says what that means. */
export const service = (name: string, without: string): string | undefined => {
  const found = process.env[`PIPEDRIVE_TEST_${name}`]
  if (found === undefined) console.log(`PIPEDRIVE_TEST_${name} is not set (see scripts/services.sh): ${without}`)
  return found
}
