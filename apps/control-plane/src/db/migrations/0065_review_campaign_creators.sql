ALTER TABLE "review_campaign" ADD COLUMN "created_by_key_id" text;--> statement-breakpoint
ALTER TABLE "review_campaign" ADD COLUMN "counts" jsonb;