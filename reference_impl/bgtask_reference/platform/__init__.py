"""What WorkManager, JobScheduler and BGTaskScheduler permit, as relations, with their constants per version."""
