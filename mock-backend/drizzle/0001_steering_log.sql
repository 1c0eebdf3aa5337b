CREATE TABLE "route_imports" (
	"site_id" text NOT NULL,
	"import_id" text NOT NULL,
	"part" integer NOT NULL,
	"content" json NOT NULL,
	CONSTRAINT "route_imports_site_id_import_id_part_pk" PRIMARY KEY("site_id","import_id","part")
);
--> statement-breakpoint
CREATE TABLE "steering_decisions" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "steering_decisions_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"play_id" text NOT NULL,
	"at_ms" bigint NOT NULL,
	"decision" json NOT NULL
);
--> statement-breakpoint
CREATE INDEX "steering_decisions_by_play" ON "steering_decisions" USING btree ("play_id");--> statement-breakpoint
CREATE INDEX "steering_decisions_by_age" ON "steering_decisions" USING btree ("at_ms");