ALTER TABLE "workspace" RENAME COLUMN "mark" TO "revision";--> statement-breakpoint
ALTER TABLE "workspace_change" RENAME COLUMN "previous_mark" TO "previous_revision";
