using Microsoft.Extensions.DependencyInjection.Extensions;
using Tieline.Diagnostics;
using Tieline.Service.Configuration;

namespace Tieline.Service.Hosting;

/// <summary>What the program is made of.</summary>
internal static class TielineServices
{
    /// <summary>Registers the parts that need no options of their own, then the pipeline's.</summary>
    public static IServiceCollection AddTieline(this IServiceCollection services, TielineOptions options)
    {
        services.AddSingleton(options);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<TielineMetrics>();
        services.TryAddSingleton<SpecificationMetrics>();
        return services;
    }
}
