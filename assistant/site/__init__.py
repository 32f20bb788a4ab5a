"""The pages and the routes around them. The only place that knows Gradio; it shows, it decides nothing."""
