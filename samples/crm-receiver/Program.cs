using CrmReceiver;

if (args is ["--help" or "-h"])
{
    Console.WriteLine(ReceiverOptions.Help);
    return 0;
}

try
{
    await using var app = ReceiverApp.Create(args, TimeProvider.System);
    await app.StartAsync();
    Console.WriteLine($"listening on {app.Urls.First()}");
    Console.WriteLine(app.Services.GetRequiredService<SignatureCheck>().Describe());
    await app.WaitForShutdownAsync();
    return 0;
}
catch (Exception e) when (e is ReceiverOptionsException or IOException)
{
    await Console.Error.WriteLineAsync($"crm-receiver: {e.Message}");
    return e is ReceiverOptionsException ? 2 : 1;
}
