CREATE TABLE "webhook_attempt" (
	"organization_id" text NOT NULL,
	"endpoint_id" text NOT NULL,
	"sequence" bigint NOT NULL,
	"number" integer NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"duration_ms" integer NOT NULL,
	"status" integer,
	"problem" text,
	"response_body" text,
	CONSTRAINT "webhook_attempt_organization_id_endpoint_id_sequence_number_pk" PRIMARY KEY("organization_id","endpoint_id","sequence","number")
);
--> statement-breakpoint
CREATE TABLE "webhook_cursor" (
	"organization_id" text PRIMARY KEY NOT NULL,
	"sequence" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "webhook_delivery" (
	"organization_id" text NOT NULL,
	"endpoint_id" text NOT NULL,
	"sequence" bigint NOT NULL,
	"event_id" text NOT NULL,
	"event_type" text NOT NULL,
	"status" text NOT NULL,
	"attempts_count" integer NOT NULL,
	"tries_count" integer NOT NULL,
	"next_attempt_at" timestamp (3) with time zone NOT NULL,
	"claimed_until" timestamp (3) with time zone,
	"last_status" integer,
	"last_problem" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"finished_at" timestamp (3) with time zone,
	CONSTRAINT "webhook_delivery_organization_id_endpoint_id_sequence_pk" PRIMARY KEY("organization_id","endpoint_id","sequence")
);
--> statement-breakpoint
CREATE TABLE "webhook_endpoint" (
	"organization_id" text NOT NULL,
	"id" text NOT NULL,
	"name" text NOT NULL,
	"url" text NOT NULL,
	"event_types" text[] NOT NULL,
	"signature" text NOT NULL,
	"is_ordered" boolean NOT NULL,
	"status" text NOT NULL,
	"disabled_reason" text,
	"secret" "bytea" NOT NULL,
	"secret_rotated_at" timestamp (3) with time zone,
	"previous_secret" "bytea",
	"previous_secret_until" timestamp (3) with time zone,
	"after_sequence" bigint NOT NULL,
	"failing_since" timestamp (3) with time zone,
	"warned_at" timestamp (3) with time zone,
	"member_id" text NOT NULL,
	"created_by_key_id" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "webhook_endpoint_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
ALTER TABLE "webhook_attempt" ADD CONSTRAINT "webhook_attempt_delivery_fk" FOREIGN KEY ("organization_id","endpoint_id","sequence") REFERENCES "public"."webhook_delivery"("organization_id","endpoint_id","sequence") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "webhook_cursor" ADD CONSTRAINT "webhook_cursor_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "webhook_delivery" ADD CONSTRAINT "webhook_delivery_endpoint_fk" FOREIGN KEY ("organization_id","endpoint_id") REFERENCES "public"."webhook_endpoint"("organization_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "webhook_endpoint" ADD CONSTRAINT "webhook_endpoint_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "webhook_attempt_organization_id_endpoint_id_at_sequence_number_index" ON "webhook_attempt" USING btree ("organization_id","endpoint_id","at","sequence","number");--> statement-breakpoint
CREATE INDEX "webhook_delivery_due_index" ON "webhook_delivery" USING btree ("organization_id","endpoint_id","next_attempt_at") WHERE status = 'pending';--> statement-breakpoint
CREATE INDEX "webhook_delivery_failed_index" ON "webhook_delivery" USING btree ("organization_id","endpoint_id","sequence") WHERE status = 'failed';--> statement-breakpoint
CREATE INDEX "webhook_delivery_created_at_index" ON "webhook_delivery" USING btree ("created_at");