using Xunit.v3;

// Most of these tests wait for somebody's patience to end and cost next to no processor time, so more run at once than there are cores.
// Those that drive load are in the collection "Load", which runs by itself after all the others.
[assembly: Parallelization(Mode = Xunit.Sdk.ParallelMode.All, MaxThreads = 8)]
