ALTER TABLE "api_key" ALTER COLUMN "created_by_key_id" SET (n_distinct = -0.5);--> statement-breakpoint
ALTER TABLE "deleted_key" ALTER COLUMN "created_by_key_id" SET (n_distinct = -0.5);--> statement-breakpoint
ALTER TABLE "key_rotation" ALTER COLUMN "rotated_by_key_id" SET (n_distinct = -0.5);--> statement-breakpoint
ANALYZE "api_key" ("created_by_key_id");--> statement-breakpoint
ANALYZE "deleted_key" ("created_by_key_id");--> statement-breakpoint
ANALYZE "key_rotation" ("rotated_by_key_id");
