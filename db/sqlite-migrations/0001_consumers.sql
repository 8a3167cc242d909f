CREATE TABLE `consumers` (
	`name` text PRIMARY KEY NOT NULL,
	`epoch` integer NOT NULL,
	`seq` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `group_effects` (
	`place` integer NOT NULL,
	`number` integer NOT NULL,
	`effect` text NOT NULL,
	PRIMARY KEY(`place`, `number`)
);
--> statement-breakpoint
CREATE TABLE `groups` (
	`place` integer PRIMARY KEY NOT NULL,
	`after_epoch` integer NOT NULL,
	`after_seq` integer NOT NULL,
	`epoch` integer NOT NULL,
	`seq` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `groups_by_after` ON `groups` (`after_epoch`,`after_seq`);