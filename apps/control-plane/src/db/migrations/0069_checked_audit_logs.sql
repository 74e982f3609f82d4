ALTER TABLE "transparency_log" ADD COLUMN "checked_sequence" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "transparency_log" ADD COLUMN "checked_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "transparency_log" ADD COLUMN "damaged" bigint[] DEFAULT '{}' NOT NULL;