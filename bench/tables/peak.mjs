/** Tells the most memory that a process of Node had resident, in bytes, when it ends. */
process.on('exit', () => {
  process.stdout.write(
    `${JSON.stringify({ peakMemory: process.resourceUsage().maxRSS * 1024 })}\n`,
  );
});
