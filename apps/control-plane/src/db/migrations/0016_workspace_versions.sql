ALTER TABLE "change" ADD COLUMN "workspace_id" text;--> statement-breakpoint
ALTER TABLE "workspace_change" ADD COLUMN "first_change_id" bigint;--> statement-breakpoint
UPDATE "workspace_change" SET "first_change_id" = "change_id";--> statement-breakpoint
ALTER TABLE "workspace_change" ALTER COLUMN "first_change_id" SET NOT NULL;
