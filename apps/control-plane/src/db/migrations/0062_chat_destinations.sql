CREATE TABLE "chat_destination" (
	"organization_id" text NOT NULL,
	"id" text NOT NULL,
	"name" text NOT NULL,
	"service" text NOT NULL,
	"url" "bytea" NOT NULL,
	"host" text NOT NULL,
	"kinds" jsonb NOT NULL,
	"status" text NOT NULL,
	"disabled_reason" text,
	"number" bigint NOT NULL,
	"summaries" jsonb NOT NULL,
	"summaries_due_at" timestamp (3) with time zone,
	"claimed_until" timestamp (3) with time zone,
	"next_attempt_at" timestamp (3) with time zone NOT NULL,
	"tries_count" integer DEFAULT 0 NOT NULL,
	"failing_since" timestamp (3) with time zone,
	"warned_at" timestamp (3) with time zone,
	"last_problem" text,
	"last_delivered_at" timestamp (3) with time zone,
	"member_id" text NOT NULL,
	"created_by_key_id" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "chat_destination_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
ALTER TABLE "chat_destination" ADD CONSTRAINT "chat_destination_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "api_key" DROP COLUMN "unused_warned_at";