using Microsoft.Extensions.DependencyInjection.Extensions;
using Tieline.Diagnostics;
using Tieline.Genesys;
using Tieline.Pipeline;
using Tieline.Service.Alerts;
using Tieline.Service.Configuration;
using Tieline.Service.Desks;
using Tieline.Service.Http;
using Tieline.Service.Web.Access;
using Tieline.Service.Web.Figures;
using Tieline.Service.Reload;
using Tieline.Service.Web.History;

namespace Tieline.Service.Hosting;

/// <summary>What the program is made of.</summary>
internal static class TielineServices
{
    /// <summary>Registers the parts that need no options of their own, then the pipeline's.</summary>
    public static IServiceCollection AddTieline(this IServiceCollection services, TielineOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton(new ConfigurationInForce(options));
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<TielineMetrics>();
        services.TryAddSingleton<SpecificationMetrics>();
        services.AddSingleton<DeliveryTally>();
        services.AddSingleton<HistoryTally>();
        services.AddSingleton<FigureListener>();
        services.AddSingleton<AlertLoop>();
        services.AddSingleton<ClockWatch>();
        services.AddSingleton<FilterDesk>();
        services.AddSingleton<RunningParts>();
        services.AddSingleton<AccessMonitor>();
        services.AddSingleton<SignInCodes>();
        services.AddSingleton<RefusalThrottle>();
        services.AddSingleton<EndedSessions>();
        services.AddSingleton<DestinationDesk>();
        services.AddSingleton<DoctorDesk>();
        services.AddSingleton<OverviewReader>();
        services.AddSingleton<ConsoleFeed>();
        services.AddSingleton<AuditLines>();
        services.AddSingleton<JournalDesk>();
        services.AddSingleton<ConversationDesk>();
        services.AddSingleton(SilenceLimits.Of(options.Genesys.Source));
        services.AddSingleton<SourceStatus>();
        services.AddSingleton<ILiveFigures, PipelineFigures>();
        services.AddSingleton<IReadinessCheck, SourceCheck>();
        services.AddSingleton<IReadinessCheck, JournalCheck>();
        services.AddSingleton<IReadinessCheck, LoopCheck>();
        services.AddSingleton<IReadinessCheck, DestinationCheck>();
        services.AddSingleton<IReadinessCheck, ProgressCheck>();
        services.AddSingleton<IReadinessCheck, ClockStepCheck>();
        services.AddSingleton<IReadinessCheck, CertificateCheck>();
        services.AddSingleton<IReadinessCheck, AlertCheck>();
        services.AddSingleton<IReadinessCheck, AuditCheck>();
        services.AddSingleton<IReadinessCheck, ForwardCheck>();
        services.AddSingleton<IReadinessCheck, ConfigurationCheck>();
        services.AddSingleton<IReadinessCheck, ClockCheck>();
        services.TryAddSingleton<ITielinePipeline, TielineRuntime>();
        return services;
    }
}
