/**
 * What has custom fields. Leads have those of deals.
 */
export const entities = ["deal", "person", "organization", "product", "activity", "project"] as const

export type Entity = (typeof entities)[number]

/** The name of its definition in the module. */
export const exportOf = (entity: Entity): string => `${entity}Fields`
