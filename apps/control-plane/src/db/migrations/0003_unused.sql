ALTER TABLE "api_key" ADD COLUMN "enabled_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "api_key" ADD COLUMN "unused_warned_at" timestamp (3) with time zone;