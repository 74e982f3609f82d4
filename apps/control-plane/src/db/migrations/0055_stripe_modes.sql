ALTER TABLE "stripe_customer" ADD COLUMN "livemode" boolean;--> statement-breakpoint
ALTER TABLE "stripe_customer" ADD COLUMN "subscription_id" text;