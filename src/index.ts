/**
 * An Effect-native SDK for the whole Pipedrive API.
 *
 * @since 0.1.0
 */
export * as Accounts from "./Accounts.js"
export * as Auth from "./Auth.js"
export * as Batch from "./Batch.js"
export * as Bulk from "./Bulk.js"
export * as CustomFields from "./CustomFields.js"
export * as Download from "./Download.js"
export * as Endpoint from "./Endpoint.js"
export * as Field from "./Field.js"
export * as HttpLayer from "./HttpLayer.js"
export * as OAuth2 from "./OAuth2.js"
export * as Pagination from "./Pagination.js"
export * as Pipedrive from "./Pipedrive.js"
export { PipedriveLive } from "./Pipedrive.js"
export * as PipedriveError from "./PipedriveError.js"
export * as RateLimiter from "./RateLimiter.js"
export * as Sync from "./Sync.js"
export * as SyncStore from "./SyncStore.js"
export * as Times from "./Times.js"
export * as TokenStore from "./TokenStore.js"
export * as Upload from "./Upload.js"
