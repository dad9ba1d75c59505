using System.Reflection;
using Microsoft.Extensions.Logging;
using Tieline.Pipeline;
using Tieline.Service.Hosting;

namespace Tieline.Service.Tests.Hosting;

/// <summary>Whoever filters a log by its event id gets one message: ids are unique over both assemblies, and each part of the program has a band of its own.</summary>
public sealed class LogEventIdTests
{
    private static readonly (string Namespace, int Band)[] _bands =
    [
        ("Tieline.Genesys", 1), ("Tieline.Journal", 2), ("Tieline.Storage", 2), ("Tieline.Delivery", 3), ("Tieline.Audit", 4), ("Tieline.Forwarding", 4), ("Tieline.Service", 5), ("Tieline.Pipeline", 6),
    ];

    private static readonly (int Id, string Where, string Namespace)[] _messages =
    [
        .. from assembly in new[] { typeof(LoopSupervisor).Assembly, typeof(TielineRuntime).Assembly }
           from type in assembly.GetTypes()
           from method in type.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
           let message = method.GetCustomAttribute<LoggerMessageAttribute>()
           where message is not null
           select (message.EventId, $"{type.Name}.{method.Name}", type.Namespace!),
    ];

    [Fact]
    public void Every_log_message_has_an_id_of_its_own()
    {
        _messages.Length.ShouldBeGreaterThan(90);
        _messages.GroupBy(message => message.Id).Where(group => group.Count() > 1).Select(group => $"{group.Key}: {string.Join(", ", group.Select(message => message.Where))}").ShouldBeEmpty();
    }

    [Fact]
    public void Every_log_message_stands_in_the_band_of_its_part() =>
        _messages.Where(message => _bands.Single(band => (message.Namespace + ".").StartsWith(band.Namespace + ".", StringComparison.Ordinal)).Band != message.Id / 1000)
            .Select(message => $"{message.Where}: {message.Id}").ShouldBeEmpty();
}
