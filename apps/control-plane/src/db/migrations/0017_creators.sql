ALTER TABLE "api_key" ALTER COLUMN "created_by_key_id" SET (n_distinct = -0.5);--> statement-breakpoint
ALTER TABLE "deleted_key" ALTER COLUMN "created_by_key_id" SET (n_distinct = -0.5);--> statement-breakpoint
ALTER TABLE "key_rotation" ALTER COLUMN "rotated_by_key_id" SET (n_distinct = -0.5);--> statement-breakpoint
DO $$
BEGIN
  -- PostgreSQL would take a table that it analyzed while it was empty for a small one until it
  -- analyzes it again, and the plans that connections keep would read all of it.
  IF EXISTS (SELECT FROM "api_key") THEN
    ANALYZE "api_key" ("created_by_key_id");
  END IF;
  IF EXISTS (SELECT FROM "deleted_key") THEN
    ANALYZE "deleted_key" ("created_by_key_id");
  END IF;
  IF EXISTS (SELECT FROM "key_rotation") THEN
    ANALYZE "key_rotation" ("rotated_by_key_id");
  END IF;
END $$;
