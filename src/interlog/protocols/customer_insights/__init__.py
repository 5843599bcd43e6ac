"""Microsoft Dynamics 365 for Customer Insights: interaction types that users define, and their instances."""
