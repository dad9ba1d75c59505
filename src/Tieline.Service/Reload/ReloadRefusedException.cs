using Tieline.Service.Configuration;

namespace Tieline.Service.Reload;

/// <summary>What the files say is well formed and cannot be put in force; nothing of it was.</summary>
internal sealed class ReloadRefusedException(ConfigurationError error, Exception? inner = null) : Exception(error.ToString(), inner)
{
    public ConfigurationError Error => error;
}
