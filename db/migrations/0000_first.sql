CREATE TABLE `assocs` (
	`shard` int unsigned NOT NULL,
	`id1` bigint unsigned NOT NULL,
	`atype` smallint unsigned NOT NULL,
	`id2` bigint unsigned NOT NULL,
	`time_ms` bigint unsigned NOT NULL,
	`data` mediumtext NOT NULL,
	`seq` bigint unsigned NOT NULL,
	`epoch` int unsigned NOT NULL,
	CONSTRAINT `assocs_shard_id1_atype_id2_pk` PRIMARY KEY(`shard`,`id1`,`atype`,`id2`)
);
--> statement-breakpoint
CREATE TABLE `followers` (
	`shard` int unsigned NOT NULL,
	`name` varbinary(128) NOT NULL,
	CONSTRAINT `followers_shard_name_pk` PRIMARY KEY(`shard`,`name`)
);
--> statement-breakpoint
CREATE TABLE `heads` (
	`shard` int unsigned NOT NULL,
	`fence` bigint unsigned NOT NULL,
	`place` bigint unsigned NOT NULL,
	`seq` bigint unsigned NOT NULL,
	`epoch` int unsigned NOT NULL,
	CONSTRAINT `heads_shard_pk` PRIMARY KEY(`shard`)
);
--> statement-breakpoint
CREATE TABLE `intents` (
	`shard` int unsigned NOT NULL,
	`target` int unsigned NOT NULL,
	`seq` bigint unsigned NOT NULL,
	`epoch` int unsigned NOT NULL,
	`inverse` mediumtext NOT NULL,
	CONSTRAINT `intents_shard_target_epoch_seq_pk` PRIMARY KEY(`shard`,`target`,`epoch`,`seq`)
);
--> statement-breakpoint
CREATE TABLE `lists` (
	`shard` int unsigned NOT NULL,
	`id1` bigint unsigned NOT NULL,
	`atype` smallint unsigned NOT NULL,
	`count` bigint unsigned NOT NULL,
	`seq` bigint unsigned NOT NULL,
	`epoch` int unsigned NOT NULL,
	CONSTRAINT `lists_shard_id1_atype_pk` PRIMARY KEY(`shard`,`id1`,`atype`)
);
--> statement-breakpoint
CREATE TABLE `log` (
	`shard` int unsigned NOT NULL,
	`place` bigint unsigned NOT NULL,
	`writer` varbinary(64) NOT NULL,
	`seq` bigint unsigned NOT NULL,
	`epoch` int unsigned NOT NULL,
	`time_ms` bigint unsigned NOT NULL,
	`record` mediumtext,
	`last_seq` bigint unsigned,
	`effects` mediumtext,
	CONSTRAINT `log_shard_place_pk` PRIMARY KEY(`shard`,`place`)
);
--> statement-breakpoint
CREATE TABLE `objects` (
	`shard` int unsigned NOT NULL,
	`id` bigint unsigned NOT NULL,
	`otype` smallint unsigned NOT NULL,
	`data` mediumtext,
	`seq` bigint unsigned NOT NULL,
	`epoch` int unsigned NOT NULL,
	CONSTRAINT `objects_shard_id_pk` PRIMARY KEY(`shard`,`id`)
);
--> statement-breakpoint
CREATE TABLE `ops` (
	`shard` int unsigned NOT NULL,
	`op_id` varbinary(384) NOT NULL,
	`time_ms` bigint unsigned NOT NULL,
	`op` mediumtext NOT NULL,
	CONSTRAINT `ops_shard_op_id_pk` PRIMARY KEY(`shard`,`op_id`)
);
--> statement-breakpoint
CREATE TABLE `sources` (
	`shard` int unsigned NOT NULL,
	`source` int unsigned NOT NULL,
	`seq` bigint unsigned NOT NULL,
	`epoch` int unsigned NOT NULL,
	CONSTRAINT `sources_shard_source_pk` PRIMARY KEY(`shard`,`source`)
);
--> statement-breakpoint
CREATE INDEX `by_time` ON `assocs` (`shard`,`id1`,`atype`,`time_ms`,`id2`);--> statement-breakpoint
CREATE INDEX `by_seq` ON `log` (`shard`,`last_seq`);--> statement-breakpoint
CREATE INDEX `by_time` ON `log` (`shard`,`time_ms`);--> statement-breakpoint
CREATE INDEX `by_time` ON `ops` (`shard`,`time_ms`);