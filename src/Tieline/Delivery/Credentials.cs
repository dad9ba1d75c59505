using System.Text;
using Microsoft.Extensions.Logging;

namespace Tieline.Delivery;

/// <summary>How requests to one destination show who sends them. Safe from any thread.</summary>
internal abstract class Credentials
{
    /// <param name="http">Follows no redirects: one would carry the client's secret elsewhere.</param>
    /// <returns>Null where nothing is asked for.</returns>
    public static Credentials? Create(DestinationOptions options, HttpMessageInvoker http, TimeProvider time, ILogger logger)
    {
        var authentication = options.Authentication;
        LiveSecret Live(string name, Secret given, string? file) => new($"Authentication:{name} of destination '{options.Name}'", given, file, time, logger);
        return authentication.Type switch
        {
            AuthenticationType.Header => new HeaderCredentials(authentication.Name, Live("Value", authentication.Value, authentication.ValueFile), value => value),
            AuthenticationType.Basic => new HeaderCredentials(
                "Authorization",
                Live("Password", authentication.Password, authentication.PasswordFile),
                password => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{authentication.Username}:{password}"))),
            AuthenticationType.OAuth2 => new OAuthCredentials(options, Live("ClientSecret", authentication.ClientSecret, authentication.ClientSecretFile), http, time, logger),
            _ => null,
        };
    }

    /// <summary>The secret behind what is shown, as it is now.</summary>
    public abstract Secret Current { get; }

    /// <exception cref="OperationCanceledException">The waiting is over, not what others may wait for too.</exception>
    public abstract ValueTask<Credential> GetAsync(CancellationToken cancellation);

    /// <summary>The CRM answered 401 to this one.</summary>
    /// <returns>Whether another may do.</returns>
    public abstract bool Refuse(Credential credential);
}
