//! How RAM calls actions: the product's key and the API's name, and beside it what older documents or other
//! products' codes say.

/// The name that policies from before 2022 give an action of Container Service.
pub fn former_name(action: &str) -> Option<&'static str> {
    const FORMER: [(&str, &str); 6] = [
        ("cs:DescribeClusterAddonsVersion", "cs:Queryk8sComponentsUpdateVersion"),
        ("cs:DescribeClusterDetail", "cs:GetClusterById"),
        ("cs:DescribeClustersV1", "cs:GetClusters"),
        ("cs:InstallClusterAddons", "cs:InstallK8sComponents"),
        ("cs:UnInstallClusterAddons", "cs:UnInstallK8sComponents"),
        ("cs:UpgradeClusterAddons", "cs:UpgradeK8sComponents"),
    ];
    FORMER.iter().find(|(name, _)| *name == action).map(|(_, former)| *former)
}

/// Lists of ARMS by the rights of a resource group need this besides.
const READ_TRACE_APP: &str = "arms:ReadTraceApp";

/// Every name under which RAM may judge an action. Which one it takes depends on the cloud, so all of them
/// stand in a session policy.
pub(crate) fn names_of(product: &str, action: &str, reads: bool) -> Vec<String> {
    let own = format!("{product}:{action}");
    let mut names: Vec<String> = former_name(&own).map(str::to_owned).into_iter().collect();
    match product {
        // Resource Management has its actions judged under RAM's own code.
        "resourcemanager" => names.push(format!("ram:{action}")),
        "arms" if reads => names.push(READ_TRACE_APP.to_owned()),
        _ => {}
    }
    names.push(own);
    names
}
