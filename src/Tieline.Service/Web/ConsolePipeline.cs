using Tieline.Service.Configuration;
using Tieline.Service.Web.Access;
using Tieline.Service.Web.Pages.Trust;
using Tieline.Service.Web.Shell;

namespace Tieline.Service.Web;

/// <summary>The way of a request through the console.</summary>
internal static class ConsolePipeline
{
    public static RequestDelegate Build(IServiceProvider services)
    {
        var app = new ApplicationBuilder(services);
        app.UsePublicAddress(services.GetRequiredService<TielineOptions>().Http.PublicUrl);
        app.UseSecurityHeaders(ConsoleHeaders.Policies);
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseAntiforgery();
        app.UseEndpoints(endpoints =>
        {
            var environment = services.GetRequiredService<IWebHostEnvironment>();
            // What `dotnet publish` made; a program that is started from its build folder has no assets.
            if (File.Exists(Path.Combine(AppContext.BaseDirectory, $"{environment.ApplicationName}.staticwebassets.endpoints.json")))
                endpoints.MapStaticAssets();
            endpoints.MapSignIn();
            endpoints.MapAuditExport();
            // The socket too: nobody without the cookie holds a circuit.
            endpoints.MapRazorComponents<App>().AddInteractiveServerRenderMode(options => options.ContentSecurityFrameAncestorsPolicy = null).RequireAuthorization();
        });
        app.Run(context =>
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });
        return app.Build();
    }
}
