using NetEscapades.AspNetCore.SecurityHeaders.Headers;

namespace Tieline.Service.Web;

/// <summary>What a browser is told not to do with the console. <c>docs/adr/0026-access-to-the-console.md</c> says why each exception is there.</summary>
internal static class ConsoleHeaders
{
    public static HeaderPolicyCollection Policies { get; } = new HeaderPolicyCollection()
        .AddContentTypeOptionsNoSniff()
        .AddFrameOptionsDeny()
        // Not "no-referrer": a browser would then send its own forms with "Origin: null". Other sites are told nothing either way.
        .AddReferrerPolicySameOrigin()
        .AddCrossOriginOpenerPolicy(policy => policy.SameOrigin())
        .AddCrossOriginResourcePolicy(policy => policy.SameOrigin())
        .AddCustomHeader("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
        .RemoveServerHeader()
        .AddContentSecurityPolicy(policy =>
        {
            policy.AddDefaultSrc().None();
            policy.AddScriptSrc().Self();
            policy.AddStyleSrc().Self();
            // The continuity band places its parts by them.
            policy.AddStyleSrcAttr().UnsafeInline();
            policy.AddImgSrc().Self().Data();
            policy.AddFontSrc().Self();
            policy.AddConnectSrc().Self();
            policy.AddFormAction().Self();
            policy.AddBaseUri().Self();
            policy.AddFrameAncestors().None();
        });
}
