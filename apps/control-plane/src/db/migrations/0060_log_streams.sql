CREATE TABLE "log_stream" (
	"organization_id" text NOT NULL,
	"id" text NOT NULL,
	"name" text NOT NULL,
	"destination" text NOT NULL,
	"format" text NOT NULL,
	"url" text,
	"site" text,
	"index" text,
	"tags" text,
	"bucket" text,
	"region" text,
	"prefix" text,
	"access_key_id" text,
	"header" text,
	"secret" "bytea",
	"status" text NOT NULL,
	"sequence" bigint NOT NULL,
	"batch_to" bigint,
	"batch_events_max" integer,
	"claimed_until" timestamp (3) with time zone,
	"next_attempt_at" timestamp (3) with time zone NOT NULL,
	"attempts_count" integer DEFAULT 0 NOT NULL,
	"tries_count" integer DEFAULT 0 NOT NULL,
	"failing_since" timestamp (3) with time zone,
	"failure_reported_at" timestamp (3) with time zone,
	"last_problem" text,
	"last_delivered_at" timestamp (3) with time zone,
	"pruned_count" bigint DEFAULT 0 NOT NULL,
	"rejected_count" bigint DEFAULT 0 NOT NULL,
	"reported_count" bigint DEFAULT 0 NOT NULL,
	"reported_at" timestamp (3) with time zone,
	"member_id" text NOT NULL,
	"created_by_key_id" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "log_stream_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
CREATE TABLE "log_stream_attempt" (
	"organization_id" text NOT NULL,
	"stream_id" text NOT NULL,
	"number" integer NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"duration_ms" integer NOT NULL,
	"first_sequence" bigint NOT NULL,
	"last_sequence" bigint NOT NULL,
	"events_count" integer NOT NULL,
	"bytes" integer NOT NULL,
	"status" integer,
	"problem" text,
	"note" text,
	"response_body" text,
	CONSTRAINT "log_stream_attempt_organization_id_stream_id_number_pk" PRIMARY KEY("organization_id","stream_id","number")
);
--> statement-breakpoint
DROP INDEX "audit_event_changed_access_index";--> statement-breakpoint
ALTER TABLE "log_stream" ADD CONSTRAINT "log_stream_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "log_stream_attempt" ADD CONSTRAINT "log_stream_attempt_stream_fk" FOREIGN KEY ("organization_id","stream_id") REFERENCES "public"."log_stream"("organization_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "audit_event_changed_access_index" ON "audit_event" USING btree ("organization_id",coalesce("actor" ->> 'keyId', "actor" ->> 'memberId')) WHERE "audit_event"."action" in ('member.update', 'member.suspend', 'member.reinstate', 'role.create', 'role.update', 'policy.create', 'policy.update', 'policy.restore', 'policy.enable', 'policy.disable', 'webhook_endpoint.update', 'webhook_endpoint.rotate_secret', 'webhook_endpoint.enable', 'webhook_endpoint.disable', 'log_stream.update', 'log_stream.pause', 'log_stream.resume');