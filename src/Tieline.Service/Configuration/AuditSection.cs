using Microsoft.Extensions.Options;
using Tieline.Audit;
using Tieline.Forwarding;

namespace Tieline.Service.Configuration;

/// <summary>The section <c>Audit</c>: the log's own options, and where its lines go. The log itself knows nothing of the latter.</summary>
internal sealed class AuditSection : AuditOptions
{
    public ForwardOptions Forward { get; set; } = new();
}

/// <summary>Validators are found by a section's exact type.</summary>
internal sealed class AuditSectionValidator : IValidateOptions<AuditSection>
{
    private static readonly AuditOptionsValidator _log = new();

    public ValidateOptionsResult Validate(string? name, AuditSection options) => _log.Validate(name, options);
}
