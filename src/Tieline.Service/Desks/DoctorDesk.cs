using Tieline.Service.Configuration;
using Tieline.Service.Doctor;

namespace Tieline.Service.Desks;

/// <summary>Looks at everything that the running Tieline needs: for the API and the console alike.</summary>
internal sealed class DoctorDesk(TielineOptions options, TimeProvider time)
{
    /// <param name="progress">Told the name of each check before it begins.</param>
    public async Task<ExaminationReport> ExamineAsync(Action<string> progress, CancellationToken cancellation)
    {
        using var genesys = new GenesysAccess(options.Genesys, time);
        var checks = CheckList.Of(new LoadedConfiguration(options, [], [], []), genesys, Environment.CurrentDirectory, time);
        return await new Examination(checks, time).RunAsync(progress, cancellation);
    }
}
