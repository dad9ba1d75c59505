using Tieline.Service.Configuration;
using Tieline.Service.Doctor;
using Tieline.Service.Reload;

namespace Tieline.Service.Desks;

/// <summary>Looks at everything that the running Tieline needs: for the API and the console alike.</summary>
internal sealed class DoctorDesk(ConfigurationInForce configuration, TimeProvider time)
{
    /// <param name="progress">Told the name of each check before it begins.</param>
    public async Task<ExaminationReport> ExamineAsync(Action<string> progress, CancellationToken cancellation)
    {
        using var genesys = new GenesysAccess(configuration.Options.Genesys, time);
        var checks = CheckList.Of(new LoadedConfiguration(configuration.Options, [], [], []), genesys, Environment.CurrentDirectory, time);
        return await new Examination(checks, time).RunAsync(progress, cancellation);
    }
}
