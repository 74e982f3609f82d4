ALTER TABLE "workspace_change" ADD COLUMN "previous_mark" uuid;--> statement-breakpoint
ALTER TABLE "workspace" ADD COLUMN "mark" uuid DEFAULT gen_random_uuid() NOT NULL;