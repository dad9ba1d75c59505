using BenchmarkDotNet.Running;
using Tieline.Benchmarks.EndToEnd;

// table [--runs N] [--out FILE]   the end-to-end figures beside their yardsticks
// console [--runs N]              what an open console costs, with chromium from Debian
// raw-socket, raw-post …          the yardsticks, as child processes of the table
// anything else                   BenchmarkDotNet: --filter '*Skim*', --list flat
return args switch
{
    ["table", .. var rest] => await ComparisonTable.RunAsync(rest),
    ["console", .. var rest] => await ConsoleCost.RunAsync(rest),
    ["raw-socket", var stream, var token] => await RawSocket.RunAsync(stream, token),
    ["raw-post", var url, var count] => await RawPost.RunAsync(url, int.Parse(count)),
    _ => BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args).Any() ? 0 : 1,
};
