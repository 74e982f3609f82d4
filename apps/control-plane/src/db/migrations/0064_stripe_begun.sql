ALTER TABLE "stripe_customer" ADD COLUMN "subscription_ids" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "stripe_customer" ADD COLUMN "checkout_ids" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
UPDATE "stripe_customer" SET "subscription_ids" = ARRAY["subscription_id"] WHERE "subscription_id" IS NOT NULL;