using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Tieline.Diagnostics;
using Tieline.Genesys;
using Tieline.Storage;
using Tieline.Service.Alerts;
using Tieline.Service.Configuration;
using Tieline.Service.Desks;
using Tieline.Service.Hosting;
using Tieline.Service.Http;
using Tieline.Service.Reload;
using Tieline.Service.Web.Access;
using Tieline.Service.Web.Actions;
using Tieline.Service.Web.Figures;

namespace Tieline.Service.Web;

/// <summary>What the console is made of: Blazor's parts, and those of the running service.</summary>
internal static class ConsoleServices
{
    private const string KeyFolder = "keys/console";

    public static ServiceProvider Build(IServiceProvider service, AdminParts admin)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        Share<ILoggerFactory>(services, service);
        Share<IWebHostEnvironment>(services, service);
        services.AddSingleton<IHostEnvironment>(service.GetRequiredService<IWebHostEnvironment>());
        Share<IHostApplicationLifetime>(services, service);
        Share<IConfiguration>(services, service);
        Share<DiagnosticListener>(services, service);
        services.AddSingleton<DiagnosticSource>(service.GetRequiredService<DiagnosticListener>());
        Share<IMeterFactory>(services, service);
        Share<TimeProvider>(services, service);
        Share<TielineOptions>(services, service);
        Share<ConfigurationInForce>(services, service);
        Share<RunningParts>(services, service);
        Share<DestinationDesk>(services, service);
        Share<DoctorDesk>(services, service);
        Share<SourceStatus>(services, service);
        Share<SpecificationMetrics>(services, service);
        Share<DeliveryTally>(services, service);
        Share<AlertLoop>(services, service);
        Share<FilterDesk>(services, service);
        Share<AccessMonitor>(services, service);
        Share<SignInCodes>(services, service);
        Share<RefusalThrottle>(services, service);
        Share<EndedSessions>(services, service);
        foreach (var check in service.GetServices<IReadinessCheck>())
            services.AddSingleton(check);

        services.AddRouting();
        AddAccess(services, service.GetRequiredService<TielineOptions>());
        services.AddRazorComponents().AddInteractiveServerComponents();
        services.AddSingleton(admin.Tokens);
        Share<ConsoleFeed>(services, service);
        Share<AuditLines>(services, service);
        Share<JournalDesk>(services, service);
        Share<ConversationDesk>(services, service);
        services.AddSingleton<ConsoleSessions>();
        services.AddScoped<AuthenticationStateProvider, ConsoleAuthenticationState>();
        services.AddScoped<ConsoleActions>();
        return services.BuildServiceProvider();
    }

    private static void AddAccess(ServiceCollection services, TielineOptions options)
    {
        var keys = OwnerOnly.CreateDirectory(Path.Combine(Path.GetFullPath(options.DataDirectory), KeyFolder));
        // On the disk, so that a restart signs nobody out.
        services.AddDataProtection().SetApplicationName("tieline").PersistKeysToFileSystem(keys);
        services.AddAntiforgery(antiforgery =>
        {
            antiforgery.Cookie.Name = "tieline-form";
            antiforgery.Cookie.SameSite = SameSiteMode.Strict;
            antiforgery.FormFieldName = "form";
        });
        services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie(SignIn.Configure).AddOidc(options.Http);
        services.AddAuthorization();
        services.AddCascadingAuthenticationState();
    }

    private static void Share<T>(ServiceCollection services, IServiceProvider service)
        where T : class => services.AddSingleton(service.GetRequiredService<T>());
}
